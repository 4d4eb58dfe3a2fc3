module example.com/store-class

go 1.24
