resource "aws_iam_role" "worker" {
  assume_role_policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"}
      }]
    }
  POLICY
}

resource "aws_sqs_queue" "jobs" {}

resource "aws_iam_role_policy" "worker" {
  role   = aws_iam_role.worker.id
  policy = <<POLICY
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "${aws_sqs_queue.jobs.arn}"},
    {"Effect": "Allow", "Action": ["logs:*"], "Resource": "*"},
    {
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    }
  ]
}
POLICY
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  runtime       = "python3.14"
  handler       = "app.handler"
  filename      = "worker.zip"
  role          = aws_iam_role.worker.arn
}
