# Passes the rest of the work on: to the function itself, known in two ways, or to another one.

Import-Module AWS.Tools.Lambda

function Get-Rest($LambdaInput) {
    @{ page = $LambdaInput.page; items = $LambdaInput.items } | ConvertTo-Json -Depth 5 -Compress
}

function Invoke-Again {
    param($LambdaInput, $LambdaContext)

    Invoke-LMFunction -FunctionName $LambdaContext.FunctionName -InvocationType Event -Payload (Get-Rest $LambdaInput)
}

function Invoke-Named {
    param($LambdaInput, $LambdaContext)

    $ownName = $env:AWS_LAMBDA_FUNCTION_NAME
    $call = @{ FunctionName = $OwnName; InvocationType = 'Event'; Payload = Get-Rest $LambdaInput }
    Invoke-LMFunction @call
}

function Invoke-Next {
    param($LambdaInput, $LambdaContext)

    Invoke-LMFunction -FunctionName $env:NEXT -InvocationType Event -Payload (Get-Rest $LambdaInput)
}

function Measure-Item {
    param($LambdaInput, $LambdaContext)

    $LambdaInput.items.Count
}
