// Package wrap gives handlers their client.
package wrap

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Event is what the functions get.
type Event struct {
	ID string `json:"id"`
}

// Item is what they give.
type Item = map[string]types.AttributeValue

// Inner is a handler that needs a client.
type Inner func(ctx context.Context, e Event, client *dynamodb.Client) (Item, error)

// Outer is a handler.
type Outer func(ctx context.Context, e Event) (Item, error)

var (
	cfg    = load()
	shared = dynamodb.NewFromConfig(cfg)
)

func load() aws.Config {
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err)
	}
	return cfg
}

// WithClient builds a client for each invocation.
func WithClient(handler Inner) Outer {
	return func(ctx context.Context, e Event) (Item, error) {
		client := dynamodb.NewFromConfig(cfg)
		return handler(ctx, e, client)
	}
}

// WithSharedClient has one.
func WithSharedClient(handler Inner) Outer {
	return func(ctx context.Context, e Event) (Item, error) {
		return handler(ctx, e, shared)
	}
}
