import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { NatsJetStreamServer } from '@nestjs-plugins/nestjs-nats-jetstream-transport';
import { connect } from 'nats';

const subject = 'fact.facts.*.item-added';

/** The usual controller of the transport's documentation, whose handler only acknowledges. */
const controllerThat = (count) => {
  class Facts {
    async handle(_fact, context) {
      context.message.ack();
      count();
    }
  }
  const { prototype } = Facts;
  const handle = Object.getOwnPropertyDescriptor(prototype, 'handle');
  Controller()(Facts);
  EventPattern(subject)(prototype, 'handle', handle);
  Payload()(prototype, 'handle', 0);
  Ctx()(prototype, 'handle', 1);
  return Facts;
};

export const run = async ({ address, measurement }) => {
  class Application {}
  Module({ controllers: [controllerThat(() => measurement.add())] })(Application);
  const strategy = new NatsJetStreamServer({
    connectionOptions: { servers: address, name: 'nestjs' },
    consumerOptions: {
      durable: 'nestjs',
      deliverTo: 'nestjs',
      manualAck: true,
      ackPolicy: 'Explicit',
      deliverPolicy: 'All',
      maxAckPending: 20_000,
    },
  });
  const application = await NestFactory.createMicroservice(Application, {
    strategy,
    logger: ['error', 'fatal'],
  });
  await application.listen();
  await measurement.counted;
  await allAcknowledged(address);
  await application.close();
};

/** @throws when something is left unacknowledged */
const allAcknowledged = async (address) => {
  const connection = await connect({ servers: address });
  const manager = await connection.jetstreamManager();
  let left = 1;
  for (let tries = 0; left > 0 && tries < 100; tries++) {
    await sleep(50);
    const [{ num_pending, num_ack_pending }] = await manager.consumers.list('FACTS').next();
    left = num_pending + num_ack_pending;
  }
  await connection.close();
  if (left > 0) throw new Error(`${left} not acknowledged`);
};
