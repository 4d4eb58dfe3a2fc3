using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;

[assembly: LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]

namespace Items;

public record Request(string Id);

internal static class Reader
{
    private static readonly string Table = Environment.GetEnvironmentVariable("TABLE")!;

    /// <summary>An item by its id.</summary>
    public static async Task<Dictionary<string, AttributeValue>> ReadAsync(IAmazonDynamoDB client, string id)
    {
        var answer = await client.GetItemAsync(new GetItemRequest
        {
            TableName = Table,
            Key = new Dictionary<string, AttributeValue> { ["id"] = new() { S = id } },
        });
        return answer.Item;
    }
}
