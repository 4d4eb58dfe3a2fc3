using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;

[assembly: LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]

namespace Calls;

public record Request(string Id);

public class Writer
{
    private readonly IAmazonDynamoDB _client = new AmazonDynamoDBClient();

    public async Task Handle(Request request)
    {
        var item = new Dictionary<string, AttributeValue>();
        item["id"] = new AttributeValue { S = request.Id };
        await _client.PutItemAsync(Environment.GetEnvironmentVariable("TABLE"), item);
    }
}

public class Reader(IAmazonDynamoDB client)
{
    public Reader() : this(new AmazonDynamoDBClient())
    {
    }

    public async Task<Dictionary<string, AttributeValue>> Handle(Request request)
    {
        var found = await client.GetItemAsync(new GetItemRequest()
        {
            TableName = Environment.GetEnvironmentVariable("TABLE"),
            Key = new Dictionary<string, AttributeValue> { { "id", new AttributeValue { S = request.Id } } },
        });
        return found.Item;
    }
}
