export default async function* ({ a = , ...b }) { return => ; }
import { x as } from "y"
label: for (;;) { continue label2 ?? }
