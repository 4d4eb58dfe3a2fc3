using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Lambda.Core;
using Amazon.Lambda.SQSEvents;
using Amazon.Lambda.Serialization.SystemTextJson;

[assembly: LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]

namespace Orders;

/// <summary>Adds up orders. A message may be delivered twice: one handler counts it again, the other does not.</summary>
public class Counter
{
    private static readonly string Table = Environment.GetEnvironmentVariable("TABLE") ?? "orders";
    private readonly AmazonDynamoDBClient _dynamoDb = new();

    private sealed record Order
    {
        public required string Shop { get; init; }
    }

    public Task<SQSBatchResponse> Count(SQSEvent messages, ILambdaContext context) => EachAsync(messages, AddAsync);

    public Task<SQSBatchResponse> Once(SQSEvent messages, ILambdaContext context) =>
        EachAsync(messages, (message, order) => AddOnceAsync(message, order, context.Logger));

    private static async Task<SQSBatchResponse> EachAsync(
        SQSEvent messages,
        Func<SQSEvent.SQSMessage, Order, Task> work)
    {
        var failed = new List<SQSBatchResponse.BatchItemFailure>();
        foreach (var message in messages.Records)
        {
            try
            {
                var order = JsonSerializer.Deserialize<Order>(message.Body)!;
                await work(message, order);
            }
            catch (Exception)
            {
                failed.Add(new SQSBatchResponse.BatchItemFailure { ItemIdentifier = message.MessageId });
            }
        }
        return new SQSBatchResponse(failed);
    }

    private async Task AddAsync(SQSEvent.SQSMessage message, Order order)
    {
        await _dynamoDb.UpdateItemAsync(new UpdateItemRequest
        {
            TableName = Table,
            Key = new() { { "id", new AttributeValue { S = order.Shop } } },
            UpdateExpression = "ADD orders :one",
            ExpressionAttributeValues = new() { { ":one", new AttributeValue { N = "1" } } },
        });
    }

    private async Task AddOnceAsync(SQSEvent.SQSMessage message, Order order, ILambdaLogger logger)
    {
        try
        {
            await _dynamoDb.UpdateItemAsync(new UpdateItemRequest
            {
                TableName = Table,
                Key = new() { { "id", new AttributeValue { S = order.Shop } } },
                UpdateExpression = "ADD orders :one, seen :message",
                ConditionExpression = "NOT contains(seen, :id)",
                ExpressionAttributeValues = new()
                {
                    [":one"] = new AttributeValue { N = "1" },
                    [":message"] = new AttributeValue { SS = [message.MessageId] },
                    [":id"] = new AttributeValue { S = message.MessageId },
                },
            });
        }
        catch (ConditionalCheckFailedException)
        {
            logger.LogInformation($"counted before: {message.MessageId}");
        }
    }
}
