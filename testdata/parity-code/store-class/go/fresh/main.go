package main

import (
	"context"

	"example.com/store-class/internal/store"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type event struct {
	ID string `json:"id"`
}

func main() {
	lambda.Start(func(ctx context.Context, e event) (map[string]types.AttributeValue, error) {
		s, err := store.New(ctx)
		if err != nil {
			return nil, err
		}
		return s.Get(ctx, e.ID)
	})
}
