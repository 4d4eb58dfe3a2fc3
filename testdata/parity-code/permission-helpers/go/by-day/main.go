package main

import (
	"context"

	"example.com/permission-helpers/internal/store"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type event struct {
	Key map[string]types.AttributeValue `json:"key"`
}

var items *store.Store

func handle(ctx context.Context, e event) (store.Items, error) {
	return items.ByDay(ctx, e.Key)
}

func main() {
	var err error
	items, err = store.New(context.Background())
	if err != nil {
		panic(err)
	}
	lambda.Start(handle)
}
