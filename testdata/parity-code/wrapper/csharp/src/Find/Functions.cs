using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using static Find.Wrap;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

[assembly: LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]

namespace Find;

/// <summary>Handlers inside a wrapper that hands them a client.</summary>
public static class Functions
{
    private static readonly string Table = Environment.GetEnvironmentVariable("TABLE")!;
    private static readonly string Stage = Environment.GetEnvironmentVariable("STAGE") ?? "test";

    public static Task<Item> Wrapped(Request request) =>
        WithClientAsync(request, async (r, client) => await FindAsync(r, client));

    public static Task<Item> Plain(Request request) => WithSharedClientAsync(request, FindAsync);

    private static async Task<Item> FindAsync(Request request, IAmazonDynamoDB client)
    {
        var wanted = new GetItemRequest(Table, new Item { ["id"] = new AttributeValue($"{Stage}/{request.Id}") });
        return (await client.GetItemAsync(wanted)).Item;
    }
}
