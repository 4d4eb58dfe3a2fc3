// Package store keeps items.
package store

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Store is a table of items.
type Store struct {
	client *dynamodb.Client
	table  string
}

// New makes a store.
func New(ctx context.Context) (*Store, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, err
	}
	return &Store{client: dynamodb.NewFromConfig(cfg), table: os.Getenv("TABLE")}, nil
}
