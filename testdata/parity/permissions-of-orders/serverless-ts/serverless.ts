import * as functions from "./functions";
import { policies } from "./resources/policies";
import { failed, jobs, orders } from "./resources/stores";

module.exports = {
  service: "permissions-of-orders",
  frameworkVersion: "3",
  custom: { timeout: 30 },
  provider: { name: "aws", runtime: "python3.14" },
  functions: { ...functions },
  resources: { Resources: { Orders: orders, Jobs: jobs, Failed: failed, ...policies } },
};
