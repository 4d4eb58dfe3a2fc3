using System.Net;
using Amazon.Lambda.Core;
using Amazon.Lambda.S3Events;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.S3;
using Amazon.S3.Model;

[assembly: LambdaSerializer(typeof(DefaultLambdaJsonSerializer))]

namespace Example.Sizes
{
    /// <summary>Stores the size of each uploaded object beside it.</summary>
    public abstract class Sizes
    {
        private readonly IAmazonS3 s3Client = new AmazonS3Client();

        protected abstract string Folder { get; }

        protected async Task StoreAsync(S3Event upload, string folder)
        {
            foreach (var record in upload.Records)
            {
                var s3 = record.S3;
                var key = WebUtility.UrlDecode(s3.Object.Key);
                using var found = await s3Client.GetObjectAsync(s3.Bucket.Name, key);
                await s3Client.PutObjectAsync(new PutObjectRequest
                {
                    BucketName = s3.Bucket.Name,
                    Key = $"{folder}/{key}.size",
                    ContentBody = found.ContentLength.ToString(),
                });
            }
        }
    }

    public class Echo : Sizes
    {
        protected override string Folder => "incoming";

        public async Task FunctionHandler(S3Event upload, ILambdaContext context)
        {
            await StoreAsync(upload, Folder);
        }
    }

    public class Sort : Sizes
    {
        protected override string Folder => "sizes";

        public async Task FunctionHandler(S3Event upload, ILambdaContext context)
        {
            await StoreAsync(upload, Folder);
        }
    }
}
