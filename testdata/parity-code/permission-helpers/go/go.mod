module example.com/permission-helpers

go 1.24
