package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/dynamodb"
)

var database = dynamodb.New(session.Must(session.NewSession(&aws.Config{MaxRetries: aws.Int(2)})))

type event struct {
	ID string `json:"id"`
}

func handle(e event) (map[string]*dynamodb.AttributeValue, error) {
	input := new(dynamodb.GetItemInput)
	input.SetTableName(os.Getenv("TABLE"))
	input.Key = map[string]*dynamodb.AttributeValue{"id": {S: &e.ID}}
	answer, err := database.GetItem(input)
	if err != nil {
		return nil, err
	}
	return answer.Item, nil
}

func main() {
	lambda.Start(handle)
}
