using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda;
using Amazon.Lambda.Core;
using Amazon.Lambda.Model;
using Amazon.Lambda.Serialization.SystemTextJson;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

[assembly: LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]

namespace Helpers;

public class DayRequest
{
    public string Day { get; set; } = "";
}

public class IdRequest
{
    public string Id { get; set; } = "";
}

public class Tables
{
    private readonly Store _store = new(new AmazonDynamoDBClient());

    public async Task<List<Item>> ByDay(DayRequest request) => await _store.ByDayAsync(request.Day);

    public async Task<List<Item>> ById(IdRequest request) => await _store.ByIdAsync(request.Id);

    public async Task<List<Item>> Everything()
    {
        var items = new List<Item>();
        await foreach (var page in _store.Pages())
        {
            items.AddRange(page.Items);
        }
        return items;
    }
}

public class Calls
{
    private readonly IAmazonLambda _functions = new AmazonLambdaClient();

    public Task Caller() => CallAsync(Environment.GetEnvironmentVariable("OTHER"));

    public Task Trusted() => CallAsync(Environment.GetEnvironmentVariable("OTHER"));

    private async Task CallAsync(string? name)
    {
        await _functions.InvokeAsync(new InvokeRequest { FunctionName = name, Payload = "{}" });
    }
}
