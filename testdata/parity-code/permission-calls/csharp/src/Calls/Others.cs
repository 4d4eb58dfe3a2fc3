using Amazon.S3;
using Amazon.S3.Transfer;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace Calls;

public class Upload
{
    public string Key { get; set; } = "";
}

public class Uploader
{
    private static readonly TransferUtility Transfer = new(new AmazonS3Client());

    public async Task Handle(Upload upload)
    {
        using var content = new MemoryStream();
        await Transfer.UploadAsync(content, Environment.GetEnvironmentVariable("BUCKET"), upload.Key);
    }
}

public class Sender
{
    private static readonly AmazonSQSClient Queue;

    static Sender()
    {
        Queue = new AmazonSQSClient();
    }

    public async Task Handle(Request request)
    {
        List<SendMessageBatchRequestEntry> entries = [new("1", request.Id)];
        await Queue.SendMessageBatchAsync(Environment.GetEnvironmentVariable("QUEUE"), entries);
    }
}

public class Purger
{
    private readonly IAmazonSQS _queue = new AmazonSQSClient();

    public Task Handle(Stream _) =>
        _queue.PurgeQueueAsync(new PurgeQueueRequest { QueueUrl = Environment.GetEnvironmentVariable("QUEUE") });
}
