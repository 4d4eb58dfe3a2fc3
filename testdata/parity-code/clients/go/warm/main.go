// A client per environment.
package main

import (
	"context"

	"example.com/clients/internal/items"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type function struct {
	client *dynamodb.Client
}

func (f *function) handle(ctx context.Context, request items.Request) (map[string]types.AttributeValue, error) {
	return items.Read(ctx, f.client, request.ID)
}

func main() {
	cfg, err := config.LoadDefaultConfig(context.TODO())
	if err != nil {
		panic(err)
	}
	f := &function{client: dynamodb.NewFromConfig(cfg)}
	lambda.Start(f.handle)
}
