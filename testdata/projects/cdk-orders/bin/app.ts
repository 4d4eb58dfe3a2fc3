import { App, DefaultStackSynthesizer } from 'aws-cdk-lib';
import { OrdersStack } from '../lib/orders-stack';

const app = new App({
  analyticsReporting: false,
  defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
});
new OrdersStack(app, 'Orders');
