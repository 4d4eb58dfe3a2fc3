using System.Text.Json;
using Amazon.Lambda;
using Amazon.Lambda.Core;
using Amazon.Lambda.Model;
using Amazon.Lambda.Serialization.SystemTextJson;

[assembly: LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]

namespace Pages;

public class Work
{
    public int Page { get; set; }

    public List<string> Items { get; set; } = [];

    public string Rest() => JsonSerializer.Serialize(new { Page = Page + 1, Items });
}

/// <summary>Passes the rest of the work on: to the function itself, known in two ways, or to another one.</summary>
public class Function
{
    private static readonly IAmazonLambda Functions = new AmazonLambdaClient();

    public async Task Again(Work work, ILambdaContext context)
    {
        await CallAsync(context.FunctionName, work);
    }

    public async Task Named(Work work)
    {
        var ownName = Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME");
        await CallAsync(ownName!, work);
    }

    public async Task Forward(Work work)
    {
        var next = Environment.GetEnvironmentVariable("NEXT") ?? throw new InvalidOperationException("NEXT is not set");
        await CallAsync(next, work);
    }

    public int Other(Work work) => work.Items.Count;

    private static async Task CallAsync(string name, Work work)
    {
        var request = new InvokeRequest
        {
            FunctionName = name,
            InvocationType = InvocationType.Event,
            Payload = work.Rest(),
        };
        await Functions.InvokeAsync(request).ConfigureAwait(false);
    }
}
