#Requires -Modules @{ModuleName='AWS.Tools.S3';ModuleVersion='4.1.600'}

# Stores the size of each uploaded object beside it: where the upload is watched for, or elsewhere.

function Save-Size {
    param($Records, [string] $Folder)

    foreach ($record in $Records) {
        $bucket = $record.s3.bucket.name
        $key = [System.Web.HttpUtility]::UrlDecode($record.s3.object.key)
        $size = (Read-S3Object -BucketName $bucket -Key $key -File /tmp/object).Length
        Write-S3Object -BucketName $bucket -Key "$Folder/$key.size" -Content "$size"
    }
}

function Copy-Size {
    param($LambdaInput, $LambdaContext)

    Save-Size -Records $LambdaInput.Records -Folder 'incoming'
}

function Set-Size {
    param($LambdaInput, $LambdaContext)

    Save-Size -Folder 'sizes' -Records $LambdaInput.Records
}
