using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using Shop.Data;

[assembly: LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]

namespace Shop.Functions;

public record Request(string Id);

public class Fresh
{
    public async Task<Dictionary<string, AttributeValue>> Get(Request request)
    {
        var store = new Store();
        return await store.GetAsync(request.Id);
    }
}

public class Held
{
    private readonly IStore store = new Store();

    public async Task<Dictionary<string, AttributeValue>> Get(Request request) => await store.GetAsync(request.Id);
}
