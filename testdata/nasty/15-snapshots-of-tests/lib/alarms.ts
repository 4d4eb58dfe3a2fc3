import { Function, Runtime } from "aws-cdk-lib/aws-lambda";

export class SmallFunction extends Function {}
