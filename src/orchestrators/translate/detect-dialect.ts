import { InputError } from '../../sim/input-error.ts';
import type { NativeFile } from '../native-file.ts';
import type { Dialect } from './app-model.ts';

/** Signs in the text of a file, the surest first. A stack and a manifest are YAML or JSON, the rest is clear by its fields. */
const SIGNS: readonly [Dialect, RegExp][] = [
  ['nomad', /^\s*job\s+"[^"]*"\s*\{/m],
  ['nomad', /"TaskGroups"\s*:/],
  ['kubernetes', /^\s*(- )?"?apiVersion"?\s*:/m],
  [
    'ecs',
    /\b"?(containerDefinitions|serviceName|taskDefinition|ScalableDimension|capacityProviders|autoScalingGroupProvider|TargetGroupName|AWSTemplateFormatVersion)"?\s*:/,
  ],
  ['ecs', /"?Type"?\s*:\s*"?AWS::/],
  ['ecs', /"HealthCheckPath"|"TargetType"/],
  ['compose', /^"?services"?\s*:/m],
  ['marathon', /"(apps|instances|portMappings|portDefinitions|run|cmd|groups|update_quota|update_weights)"\s*:/],
];

/** In which dialect a file is written, found by its contents. Throws an InputError when it is none. */
export function dialectOf({ file, text }: NativeFile): Dialect {
  const found = SIGNS.find(([, sign]) => sign.test(text));
  if (found !== undefined) return found[0];
  throw new InputError(
    `${file}: this is neither a compose file, nor manifests, Marathon apps, objects of Amazon ECS or Nomad jobs; say what it is with --from`,
  );
}

/** The same of several files, which have to agree. */
export function dialectOfAll(files: readonly NativeFile[]): Dialect {
  const [first, ...rest] = files.map((file) => [file.file, dialectOf(file)] as const);
  const other = rest.find(([, dialect]) => dialect !== first[1]);
  if (other === undefined) return first[1];
  throw new InputError(
    `${first[0]} is of ${first[1]} and ${other[0]} of ${other[1]}; translate them one after the other`,
  );
}
