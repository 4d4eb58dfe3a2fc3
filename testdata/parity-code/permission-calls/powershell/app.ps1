# Calls by commands of the AWS Tools and by clients of the AWS SDK for .NET.

Import-Module AWS.Tools.DynamoDBv2
Import-Module AWS.Tools.S3
Import-Module AWS.Tools.SQS

$script:Database = [Amazon.DynamoDBv2.AmazonDynamoDBClient]::new()
$script:Files = New-Object -TypeName Amazon.S3.AmazonS3Client

function Set-Entry {
    param($LambdaInput, $LambdaContext)

    Set-DDBItem -TableName $env:TABLE -Item @{ id = $LambdaInput.id }
}

function Get-Entry {
    param($LambdaInput, $LambdaContext)

    $request = [Amazon.DynamoDBv2.Model.GetItemRequest]::new()
    $request.TableName = [Environment]::GetEnvironmentVariable('TABLE')
    $request.Key = @{ id = [Amazon.DynamoDBv2.Model.AttributeValue]::new($LambdaInput.id) }
    $script:Database.GetItemAsync($request).GetAwaiter().GetResult().Item
}

function Set-File {
    param($LambdaInput, $LambdaContext)

    $request = New-Object Amazon.S3.Model.PutObjectRequest -Property @{
        BucketName  = $env:BUCKET
        Key         = $LambdaInput.key
        ContentBody = ''
    }
    $null = $script:Files.PutObjectAsync($request).Result
}

function Send-Entry {
    param($LambdaInput, $LambdaContext)

    $batch = @{
        QueueUrl = $env:QUEUE
        Entry    = @(@{ Id = '1'; MessageBody = $LambdaInput.id })
    }
    Send-SQSMessageBatch @batch | Out-Null
}

function Clear-Entry {
    param($LambdaInput, $LambdaContext)

    Clear-SQSQueue -QueueUrl $env:QUEUE -Force
}
