using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.Core;

namespace Items;

/// <summary>A client per invocation.</summary>
public class Cold
{
    public async Task<Dictionary<string, AttributeValue>> Handle(Request request, ILambdaContext context)
    {
        using var client = new AmazonDynamoDBClient();
        return await Reader.ReadAsync(client, request.Id);
    }
}

/// <summary>A client per environment.</summary>
public class Warm
{
    private readonly IAmazonDynamoDB _client;

    public Warm() : this(new AmazonDynamoDBClient())
    {
    }

    public Warm(IAmazonDynamoDB client)
    {
        _client = client;
    }

    public Task<Dictionary<string, AttributeValue>> Handle(Request request, ILambdaContext context) =>
        Reader.ReadAsync(_client, request.Id);
}

/// <summary>A client that is built when it is needed first.</summary>
public class Memo
{
    private static readonly Lazy<AmazonDynamoDBClient> Kept = new(() => new AmazonDynamoDBClient());
    private static AmazonDynamoDBClient? late;
    private IAmazonDynamoDB? _other;

    private IAmazonDynamoDB Other => _other ??= new AmazonDynamoDBClient();

    private static AmazonDynamoDBClient Late()
    {
        if (late == null)
        {
            late = new AmazonDynamoDBClient();
        }
        return late;
    }

    public async Task<Dictionary<string, AttributeValue>> Handle(Request request)
    {
        IAmazonDynamoDB client = request.Id switch
        {
            "" => Late(),
            "other" => Other,
            _ => Kept.Value,
        };
        return await Reader.ReadAsync(client, request.Id);
    }
}
