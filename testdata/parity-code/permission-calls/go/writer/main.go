package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/dynamodb"
	"github.com/aws/aws-sdk-go/service/dynamodb/dynamodbiface"
)

type event struct {
	ID string `json:"id"`
}

type writer struct {
	table dynamodbiface.DynamoDBAPI
}

func (w writer) handle(ctx context.Context, e event) error {
	_, err := w.table.PutItemWithContext(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(os.Getenv("TABLE")),
		Item:      map[string]*dynamodb.AttributeValue{"id": {S: aws.String(e.ID)}},
	})
	return err
}

func main() {
	sess := session.Must(session.NewSession())
	w := writer{table: dynamodb.New(sess)}
	lambda.Start(w.handle)
}
