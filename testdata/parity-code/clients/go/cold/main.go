// A client per invocation.
package main

import (
	"context"

	"example.com/clients/internal/items"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var cfg aws.Config

func handle(ctx context.Context, request items.Request) (map[string]types.AttributeValue, error) {
	client := dynamodb.NewFromConfig(cfg)
	return items.Read(ctx, client, request.ID)
}

func main() {
	var err error
	if cfg, err = config.LoadDefaultConfig(context.TODO()); err != nil {
		panic(err)
	}
	lambda.Start(handle)
}
