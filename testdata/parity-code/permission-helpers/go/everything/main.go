package main

import (
	"context"

	"example.com/permission-helpers/internal/store"
	"github.com/aws/aws-lambda-go/lambda"
)

var items *store.Store

func handle(ctx context.Context) (store.Items, error) {
	return items.All(ctx)
}

func main() {
	var err error
	items, err = store.New(context.Background())
	if err != nil {
		panic(err)
	}
	lambda.Start(handle)
}
