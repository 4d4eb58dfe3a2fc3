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

type handler struct {
	*store.Store
}

func (h *handler) handle(ctx context.Context, e event) (map[string]types.AttributeValue, error) {
	return h.Get(ctx, e.ID)
}

func main() {
	s, err := store.New(context.Background())
	if err != nil {
		panic(err)
	}
	h := &handler{Store: s}
	lambda.Start(h.handle)
}
