import fc from 'fast-check';

// One seed for every run, so that a build fails for what was changed in it. `FUZZ=1` looks for what nobody has met yet.
if ((process.env['FUZZ'] ?? '') === '') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_122 });

export { fc };
