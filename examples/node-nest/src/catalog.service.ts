import { Injectable } from '@nestjs/common';

export interface Product {
  id: number;
  name: string;
}

@Injectable()
export class CatalogService {
  private readonly products: Product[] = [
    { id: 1, name: 'Desk lamp' },
    { id: 2, name: 'Bookshelf' },
  ];

  findAll(): Product[] {
    return this.products;
  }

  findOne(id: number): Product | undefined {
    return this.products.find((product) => product.id === id);
  }
}
