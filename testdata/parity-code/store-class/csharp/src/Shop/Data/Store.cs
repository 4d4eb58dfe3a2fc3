using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Shop.Data;

public interface IStore
{
    Task<Dictionary<string, AttributeValue>> GetAsync(string id);
}

/// <summary>Items by their id.</summary>
public sealed class Store : IStore
{
    private readonly AmazonDynamoDBClient client;
    private readonly string table;

    public Store(string? table = null)
    {
        this.table = table ?? Environment.GetEnvironmentVariable("TABLE")!;
        client = new AmazonDynamoDBClient();
    }

    public async Task<Dictionary<string, AttributeValue>> GetAsync(string id)
    {
        var key = new Dictionary<string, AttributeValue> { { "id", new AttributeValue(id) } };
        var answer = await client.GetItemAsync(table, key);
        return answer.Item;
    }
}
