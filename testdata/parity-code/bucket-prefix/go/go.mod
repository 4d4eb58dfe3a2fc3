module example.com/bucket-prefix

go 1.24
