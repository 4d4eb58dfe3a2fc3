using module Store

# An object that holds a client, made per invocation and per environment.

$script:Held = [Store]::new()

function Get-FreshItem {
    param($LambdaInput, $LambdaContext)

    $store = [Store]::new()
    $store.Get($LambdaInput.id)
}

function Get-HeldItem {
    param($LambdaInput, $LambdaContext)

    $script:Held.Get($LambdaInput.id)
}
