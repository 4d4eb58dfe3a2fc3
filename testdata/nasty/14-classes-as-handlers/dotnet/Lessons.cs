using Amazon.Lambda.Core;

namespace School;

public class Lessons
{
    public string Get(string input, ILambdaContext context)
    {
        return input;
    }
}
