# Handlers inside a script block that is handed a client.

. $PSScriptRoot/wrap.ps1

$Table = $env:TABLE
$Stage = $env:STAGE ? $env:STAGE : 'test'

function Find-Entry {
    param($Id, $Client)

    $key = [System.Collections.Generic.Dictionary[string, Amazon.DynamoDBv2.Model.AttributeValue]]::new()
    $key['id'] = [Amazon.DynamoDBv2.Model.AttributeValue]@{ S = '{0}/{1}' -f $Stage, $Id }
    $Client.GetItemAsync($Table, $key).GetAwaiter().GetResult().Item
}

function Find-Wrapped {
    param($LambdaInput, $LambdaContext)

    Use-Client { param($Client) Find-Entry -Id $LambdaInput.id -Client $Client }
}

function Find-Plain {
    param($LambdaInput, $LambdaContext)

    Use-SharedClient -Body {
        param($Client)
        Find-Entry $LambdaInput.id $Client
    }
}
