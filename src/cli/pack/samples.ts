/** The smallest project of each language, on which `pack test` holds a pack to the tool's own laws. */
export const SAMPLES: Record<string, Record<string, string>> = {
  node: {
    'package.json': '{ "name": "sample", "version": "1.0.0", "scripts": { "start": "node server.js" }, "dependencies": { "express": "5.1.0", "pg": "8.16.0" } }\n',
    'server.js': "const app = require('express')()\napp.get('/healthz', (req, res) => res.send('ok'))\napp.listen(process.env.PORT || 3000)\n",
  },
  python: {
    'requirements.txt': 'flask==3.1.0\ngunicorn==23.0.0\n',
    'app.py': "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef index():\n    return 'ok'\n",
  },
  go: {
    'go.mod': 'module example.com/sample\n\ngo 1.25\n',
    'main.go': 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
  },
  java: {
    'pom.xml':
      '<project xmlns="http://maven.apache.org/POM/4.0.0">\n  <modelVersion>4.0.0</modelVersion>\n  <parent>\n    <groupId>org.springframework.boot</groupId>\n    <artifactId>spring-boot-starter-parent</artifactId>\n    <version>4.0.0</version>\n  </parent>\n  <groupId>com.example</groupId>\n  <artifactId>sample</artifactId>\n  <version>1.0.0</version>\n  <properties><java.version>21</java.version></properties>\n  <dependencies>\n    <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency>\n  </dependencies>\n  <build><plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>\n</project>\n',
    'src/main/java/com/example/App.java': 'package com.example;\n\n@org.springframework.boot.autoconfigure.SpringBootApplication\npublic class App {\n  public static void main(String[] args) { org.springframework.boot.SpringApplication.run(App.class, args); }\n}\n',
  },
  rust: {
    'Cargo.toml': '[package]\nname = "sample"\nversion = "1.0.0"\nedition = "2024"\n\n[dependencies]\naxum = "0.8"\n',
    'src/main.rs': 'fn main() { let _ = std::net::TcpListener::bind("0.0.0.0:8080"); }\n',
  },
  static: { 'index.html': '<!doctype html>\n<title>sample</title>\n' },
}
