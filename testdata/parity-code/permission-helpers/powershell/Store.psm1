# Items of the table.

class Store {
    hidden [string] $Table = $env:TABLE

    [object] Query([hashtable] $Rest) {
        $Rest.TableName = $this.Table
        return Invoke-DDBQuery @Rest
    }

    [object] ByDay([object] $Day) {
        return $this.Query(@{
                IndexName                 = 'by-day'
                KeyConditionExpression    = '#d = :d'
                ExpressionAttributeValues = $Day
            })
    }

    [object] ById([object] $Id) {
        return $this.Query(@{ KeyConditionExpression = 'id = :i'; ExpressionAttributeValues = $Id })
    }

    [object] All() {
        return Invoke-DDBScan -TableName $this.Table
    }
}
