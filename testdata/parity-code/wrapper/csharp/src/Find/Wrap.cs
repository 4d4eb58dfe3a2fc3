using Amazon.DynamoDBv2;

namespace Find;

public record Request(string Id);

/// <summary>Wrappers that give a handler its client.</summary>
internal static class Wrap
{
    private static readonly AmazonDynamoDBClient Shared = new();

    public static async Task<T> WithClientAsync<T>(Request request, Func<Request, IAmazonDynamoDB, Task<T>> handler)
    {
        using (var client = new AmazonDynamoDBClient())
        {
            return await handler(request, client);
        }
    }

    public static Task<T> WithSharedClientAsync<T>(Request request, Func<Request, IAmazonDynamoDB, Task<T>> handler)
    {
        return handler(request, Shared);
    }
}
