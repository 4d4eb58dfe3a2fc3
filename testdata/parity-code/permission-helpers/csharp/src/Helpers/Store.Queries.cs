using Amazon.DynamoDBv2.Model;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace Helpers;

internal partial class Store
{
    public Task<List<Item>> ByDayAsync(string day) => QueryAsync(new QueryRequest
    {
        IndexName = "by-day",
        KeyConditionExpression = "#d = :d",
        ExpressionAttributeNames = new Dictionary<string, string> { ["#d"] = "day" },
        ExpressionAttributeValues = new Item { [":d"] = new AttributeValue { S = day } },
    });

    public Task<List<Item>> ByIdAsync(string id) => QueryAsync(new QueryRequest
    {
        KeyConditionExpression = "id = :i",
        ExpressionAttributeValues = new Item { [":i"] = new AttributeValue { S = id } },
    });

    public IAsyncEnumerable<ScanResponse> Pages() =>
        _client.Paginators.Scan(new ScanRequest { TableName = _table }).Responses;
}
