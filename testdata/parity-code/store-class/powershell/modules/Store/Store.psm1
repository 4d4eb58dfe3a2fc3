# Items by their id.

class Store {
    [Amazon.DynamoDBv2.AmazonDynamoDBClient] $Client
    [string] $Table

    Store() {
        $this.Client = [Amazon.DynamoDBv2.AmazonDynamoDBClient]::new()
        $this.Table = $env:TABLE
    }

    [object] Get([string] $Id) {
        $request = [Amazon.DynamoDBv2.Model.GetItemRequest]@{
            TableName = $this.Table
            Key       = @{ id = [Amazon.DynamoDBv2.Model.AttributeValue]@{ S = $Id } }
        }
        return $this.Client.GetItemAsync($request).Result.Item
    }
}
