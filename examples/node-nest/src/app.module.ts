import { Module } from '@nestjs/common';
import { AppController } from './app.controller.js';
import { CatalogService } from './catalog.service.js';

@Module({
  controllers: [AppController],
  providers: [CatalogService],
})
export class AppModule {}
