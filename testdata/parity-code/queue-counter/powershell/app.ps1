# Adds up orders. A message may be delivered twice: one handler counts it again, the other does not.

Import-Module AWS.Tools.DynamoDBv2

$script:Table = $env:TABLE ?? 'orders'

function Invoke-Each {
    param($Records, [scriptblock] $Work)

    $failed = @()
    $Records | ForEach-Object {
        $record = $_
        try {
            & $Work $record ($record.body | ConvertFrom-Json)
        } catch {
            Write-Host "failed: $($_.Exception.Message)"
            $failed += @{ itemIdentifier = $record.messageId }
        }
    }
    @{ batchItemFailures = $failed }
}

function Add-Order {
    param($LambdaInput, $LambdaContext)

    Invoke-Each -Records $LambdaInput.Records -Work {
        param($Record, $Order)
        $null = Update-DDBItem -TableName $script:Table -Key @{ id = $Order.shop } `
            -UpdateExpression 'ADD orders :one' -ExpressionAttributeValue @{ ':one' = 1 }
    }
}

function Add-OrderOnce {
    param($LambdaInput, $LambdaContext)

    Invoke-Each $LambdaInput.Records {
        param($Record, $Order)
        try {
            $update = @{
                TableName                = $script:Table
                Key                      = @{ id = $Order.shop }
                UpdateExpression         = 'ADD orders :one, seen :message'
                ConditionExpression      = 'NOT contains(seen, :id)'
                ExpressionAttributeValue = @{
                    ':one'     = 1
                    ':message' = @($Record.messageId)
                    ':id'      = $Record.messageId
                }
            }
            $null = Update-DDBItem @update
        } catch [Amazon.DynamoDBv2.Model.ConditionalCheckFailedException] {
            Write-Host "counted before: $($Record.messageId)"
        }
    }
}
