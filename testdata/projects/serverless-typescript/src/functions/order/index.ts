import { folderOf } from '@libs/paths';

export default {
  handler: `${folderOf(__dirname)}/handler.main`,
  timeout: 10,
  events: [{ httpApi: { method: 'post', path: '/orders' } }],
};
