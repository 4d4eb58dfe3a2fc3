# Script blocks that are given a client.

$script:Shared = New-Object -TypeName Amazon.DynamoDBv2.AmazonDynamoDBClient

function Use-Client([scriptblock] $Body) {
    $client = [Amazon.DynamoDBv2.AmazonDynamoDBClient]::new()
    & $Body $client
}

function Use-SharedClient {
    param([scriptblock] $Body)

    $Body.Invoke($script:Shared)
}
