module example.com/permission-calls

go 1.24
