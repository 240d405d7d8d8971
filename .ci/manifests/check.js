// Holds each document of the given files against the schema of Kubernetes' own API for its version and kind.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseAllDocuments } from 'yaml';

const require = createRequire(import.meta.url);

for (const file of process.argv.slice(2)) {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'))) {
    const manifest = document.toJS();
    const name = `${manifest.kind} ${manifest.metadata.name}`;
    try {
      const Model = require(`kubernetes-models/${manifest.apiVersion}/${manifest.kind}`)[manifest.kind];
      new Model(manifest).validate();
      console.log(`${file}: ${name} is valid`);
    } catch (fault) {
      console.error(`${file}: ${name}: ${fault.message}`);
      process.exitCode = 1;
    }
  }
}
