// A client that is built when it is needed first.
package main

import (
	"context"
	"sync"

	"example.com/clients/internal/items"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var (
	once sync.Once
	kept *dynamodb.Client
	late *dynamodb.Client
)

func clientOnFirstUse(ctx context.Context) *dynamodb.Client {
	once.Do(func() {
		cfg, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			panic(err)
		}
		kept = dynamodb.NewFromConfig(cfg)
	})
	return kept
}

func lateClient(ctx context.Context) (*dynamodb.Client, error) {
	if late != nil {
		return late, nil
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	late = dynamodb.NewFromConfig(cfg)
	return late, nil
}

func handle(ctx context.Context, request items.Request) (map[string]types.AttributeValue, error) {
	client := clientOnFirstUse(ctx)
	if request.ID == "" {
		var err error
		if client, err = lateClient(ctx); err != nil {
			return nil, err
		}
	}
	return items.Read(ctx, client, request.ID)
}

func main() {
	lambda.StartWithOptions(handle, lambda.WithContext(context.Background()))
}
