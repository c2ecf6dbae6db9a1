from django.shortcuts import render


def index(request):
    products = ["Teapot", "Cup", "Saucer"]
    return render(request, "shop/index.html", {"products": products})
