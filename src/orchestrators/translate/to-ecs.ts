import type { AppModel, Translation } from './app-model.ts';
import { jsonText } from './json-text.ts';
import { LossBook } from './loss-book.ts';
import { ecsObjects } from './ecs/write-objects.ts';

/** The services as the AWS CLI takes them (`--cli-input-json`): a file for each call. */
export function toEcs(model: AppModel): Translation {
  const book = new LossBook();
  const files = model.services.flatMap((service) =>
    ecsObjects(service, book.of(service)).map(({ name, object }) => ({
      name: `${name}.json`,
      text: jsonText(object),
    })),
  );
  return { files, losses: book.losses };
}
