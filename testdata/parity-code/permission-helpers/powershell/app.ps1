using module ./Store.psm1

Import-Module AWS.Tools.DynamoDBv2
Import-Module AWS.Tools.Lambda

function Get-ByDay {
    param($LambdaInput, $LambdaContext)

    [Store]::new().ByDay($LambdaInput.day)
}

function Get-ById {
    param($LambdaInput, $LambdaContext)

    $store = New-Object -TypeName Store
    $store.byId($LambdaInput.id)
}

function Get-All {
    param($LambdaInput, $LambdaContext)

    [Store]::new().All() | ForEach-Object { $_ }
}

function Invoke-ByName {
    param([string] $Name, [string] $Payload)

    Invoke-LMFunction -FunctionName $Name -Payload $Payload
}

function Invoke-Other {
    param($LambdaInput, $LambdaContext)

    Invoke-ByName -Name $env:OTHER -Payload '{}'
}

function Invoke-Trusted {
    param($LambdaInput, $LambdaContext)

    invoke-byname $Env:OTHER '{}'
}
