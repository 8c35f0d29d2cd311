/**
 * A reference of an image as a part of a path; undefined: it is none. What is not looked at here could lead a request to
 * another place, even to another machine.
 */
export function imagePath(reference: string): string | undefined {
  return REFERENCE.test(reference) ? reference.split('/').map(encodeURIComponent).join('/') : undefined;
}

/** `registry:5000/name/of.it:tag@sha256:0123`. */
const REFERENCE = /^\w[\w.-]*(?::\d+(?=\/))?(?:\/\w[\w.-]*)*(?::\w[\w.-]{0,127})?(?:@[\w+.-]+:[\da-f]+)?$/i;
