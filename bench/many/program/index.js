// As many managed instances as the config says, alike but for their names.
const pulumi = require("@pulumi/pulumi");
const { ManagedInstance } = require("pulumi-managed-instance");

const config = new pulumi.Config();
const args = config.requireObject("args");
for (let number = 0; number < config.requireNumber("count"); number++) {
  new ManagedInstance(`machine-${number}`, args);
}
