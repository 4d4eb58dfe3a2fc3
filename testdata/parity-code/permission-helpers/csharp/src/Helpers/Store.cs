using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace Helpers;

internal partial class Store
{
    private readonly IAmazonDynamoDB _client;
    private readonly string _table = Environment.GetEnvironmentVariable("TABLE")!;

    public Store(IAmazonDynamoDB client) => _client = client;

    private async Task<List<Item>> QueryAsync(QueryRequest request)
    {
        request.TableName = _table;
        var found = await _client.QueryAsync(request);
        return found.Items;
    }
}
