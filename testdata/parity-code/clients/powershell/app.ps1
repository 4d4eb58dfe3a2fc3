using namespace Amazon.DynamoDBv2
using namespace Amazon.DynamoDBv2.Model

# The same read with a client per invocation, per environment, and on first use.

Import-Module AWS.Tools.DynamoDBv2

$script:Table = $env:TABLE
$script:Shared = [AmazonDynamoDBClient]::new()
$script:Kept = $null

function Read-Entry($Client, [string] $Id) {
    $request = [GetItemRequest]@{
        TableName = $script:Table
        Key       = @{ id = [AttributeValue]@{ S = $Id } }
    }
    $Client.GetItemAsync($request).GetAwaiter().GetResult().Item
}

function Get-Client {
    if ($null -eq $script:Kept) {
        $options = New-Object -TypeName AmazonDynamoDBConfig -Property @{ MaxErrorRetry = 2 }
        $script:Kept = New-Object -TypeName Amazon.DynamoDBv2.AmazonDynamoDBClient -ArgumentList $options
    }
    return $script:Kept
}

function Get-ItemCold {
    param($LambdaInput, $LambdaContext)

    $client = New-Object Amazon.DynamoDBv2.AmazonDynamoDBClient
    Read-Entry -Client $client -Id $LambdaInput.id
}

function Get-ItemWarm {
    param($LambdaInput, $LambdaContext)

    Read-Entry $script:Shared $LambdaInput.id
}

function Get-ItemMemo {
    param($LambdaInput, $LambdaContext)

    Read-Entry (Get-Client) $LambdaInput.id
}
