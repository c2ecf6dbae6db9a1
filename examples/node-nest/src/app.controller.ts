import { Controller, Get, NotFoundException, Param, ParseIntPipe } from '@nestjs/common';
import { CatalogService } from './catalog.service.js';

@Controller()
export class AppController {
  constructor(private readonly catalog: CatalogService) {}

  @Get()
  index() {
    return { service: 'catalog-api', products: this.catalog.findAll().length };
  }

  @Get('products')
  findAll() {
    return this.catalog.findAll();
  }

  @Get('products/:id')
  findOne(@Param('id', ParseIntPipe) id: number) {
    const product = this.catalog.findOne(id);
    if (!product) throw new NotFoundException();
    return product;
  }
}
